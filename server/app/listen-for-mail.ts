import type { ListenerKind, ReceptionListener } from '#modules/reception/index.ts';
import type { House } from './compose.ts';
import type { Config } from './config.ts';
import type { HostPort } from './host-port.ts';
import { listenerCertificate } from './listener-certificate.ts';
import type { OpenLab } from './open-lab.ts';

export type MailAddresses = Partial<Record<ListenerKind, string>>;

/** For transactions under way. */
const drainMs = 4_000;

/** Opens the SMTP listeners of this process's roles. Answers where they are, `host:port`. */
export async function listenForMail(
  stack: AsyncDisposableStack,
  { reception }: House,
  config: Config,
  lab: OpenLab | undefined,
): Promise<MailAddresses> {
  const certificate = await (lab?.certificate() ?? listenerCertificate(config));
  const wanted: [ListenerKind, HostPort][] = [
    ...(config.roles.has('mx') ? [['mx', config.mx] satisfies [ListenerKind, HostPort]] : []),
    ...(config.roles.has('submission')
      ? ([
          ['submission', config.submission],
          ['submissions', config.submissions],
        ] satisfies [ListenerKind, HostPort][])
      : []),
  ];
  const open: ReceptionListener[] = [];
  stack.defer(async () => void (await Promise.all(open.map((listener) => listener.close(drainMs)))));
  const addresses = await Promise.all(
    wanted.map(async ([kind, { host, port }]) => {
      const listener = await reception.listen(kind, { host, port, certificate });
      open.push(listener);
      return [kind, `${listener.host}:${listener.port}`] as const;
    }),
  );
  return Object.fromEntries(addresses);
}
