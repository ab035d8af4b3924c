import { saveRoute } from './destination-store.ts';
import type { DeliveryGroup } from './group-deliveries.ts';
import { priorities } from './lanes.ts';
import type { MailHost } from './order-hosts.ts';
import type { DeliveryPorts } from './ports.ts';
import { sealServer } from './sealed-columns.ts';

const mostKept = 20_000;

/** Notes where the mail of a domain goes, once for each organisation and change. */
export function createRouteBook({ database, keyring }: Pick<DeliveryPorts, 'database' | 'keyring'>) {
  const noted = new Set<string>();
  return {
    async learn(
      { organizationId, domainIndex }: Pick<DeliveryGroup, 'organizationId' | 'domainIndex'>,
      { destinationKey, hosts }: { readonly destinationKey: string; readonly hosts: readonly MailHost[] },
    ): Promise<void> {
      const key = [organizationId, domainIndex.toString('base64'), destinationKey].join(' ');
      if (noted.has(key)) return;
      if (noted.size >= mostKept) noted.clear();
      noted.add(key);
      const serverSealed = await sealServer(keyring, organizationId, hosts[0]?.host ?? '');
      await database.inTenant(organizationId, (tx) =>
        saveRoute(tx, { organizationId, domainIndex, destination: destinationKey, serverSealed }, priorities),
      );
    },
  };
}
