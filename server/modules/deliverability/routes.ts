import {
  changeTransport as changeTransportEndpoint,
  getTransport,
  listTlsReports,
  submitTlsReport,
} from '#contract/deliverability.ts';
import { route, type Route } from '#platform/http/route.ts';
import { changeTransport } from './change-transport.ts';
import { listReports } from './list-reports.ts';
import type { DeliverabilityPorts } from './ports.ts';
import { showTransport } from './show-transport.ts';
import { takePostedReport } from './take-report.ts';

export function deliverabilityRoutes(ports: DeliverabilityPorts): Route[] {
  return [
    route(getTransport, ({ principal, params }) =>
      showTransport(ports, principal.organizationId, params.domain),
    ),
    route(changeTransportEndpoint, ({ principal, params, body, request }) =>
      changeTransport(ports, principal.organizationId, params.domain, body, {
        actor: principal.actor,
        ip: request.ip,
      }),
    ),
    route(listTlsReports, ({ principal, query }) => listReports(ports, principal.organizationId, query)),
    route(submitTlsReport, ({ params, body }) => takePostedReport(ports, params.domain, body)),
  ];
}
