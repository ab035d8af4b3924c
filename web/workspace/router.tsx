import { createBrowserRouter, Navigate } from 'react-router';
import { MailPage } from './mail/mail-page.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { SignedIn } from './session/signed-in.tsx';
import { SignedOutPage } from './session/signed-out-page.tsx';
import { CrashPage } from './shell/crash-page.tsx';
import { Permitted } from './shell/permitted.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { ShellSkeleton } from './shell/shell-skeleton.tsx';
import { Shell } from './shell/shell.tsx';

/** Every address of the workspace. What is not mail is loaded when it is first opened. */
export function createRouter() {
  return createBrowserRouter([
    { path: '/sign-in', element: <SignInPage />, errorElement: <CrashPage /> },
    { path: '/signed-out', element: <SignedOutPage />, errorElement: <CrashPage /> },
    {
      element: <SignedIn />,
      hydrateFallbackElement: <ShellSkeleton />,
      errorElement: <CrashPage />,
      children: [
        {
          element: <Shell />,
          children: [
            { index: true, element: <Navigate to="/mail/inbox" replace /> },
            { path: 'mail/:folder', element: <MailPage /> },
            { path: 'mail/:folder/:threadId', element: <MailPage /> },
            {
              path: 'settings',
              lazy: async () => ({ Component: (await import('./settings/settings-page.tsx')).SettingsPage }),
              children: [
                { index: true, element: <Navigate to="/settings/app-passwords" replace /> },
                {
                  path: 'app-passwords',
                  lazy: async () => ({
                    Component: (await import('./settings/app-passwords.tsx')).AppPasswords,
                  }),
                },
                {
                  path: 'api-keys',
                  lazy: async () => ({ Component: (await import('./settings/api-keys.tsx')).ApiKeys }),
                },
                {
                  path: 'keys',
                  lazy: async () => ({ Component: (await import('./settings/own-keys.tsx')).OwnKeys }),
                },
                {
                  path: 'sessions',
                  lazy: async () => ({ Component: (await import('./settings/sessions.tsx')).Sessions }),
                },
                {
                  path: 'password',
                  lazy: async () => ({
                    Component: (await import('./settings/change-password.tsx')).ChangePassword,
                  }),
                },
              ],
            },
            {
              element: <Permitted permission="user.manage" />,
              children: [
                {
                  path: 'administration/users',
                  lazy: async () => ({
                    Component: (await import('./administration/users-page.tsx')).UsersPage,
                  }),
                },
              ],
            },
            {
              element: <Permitted permission="organization.manage" />,
              children: [
                {
                  path: 'administration/organization',
                  lazy: async () => ({
                    Component: (await import('./administration/organization-page.tsx')).OrganizationPage,
                  }),
                },
              ],
            },
            {
              element: <Permitted permission="queue.manage" />,
              children: [
                {
                  path: 'administration/queue',
                  lazy: async () => ({
                    Component: (await import('./administration/queue-page.tsx')).QueuePage,
                  }),
                },
              ],
            },
            {
              element: <Permitted permission="quarantine.manage" />,
              children: [
                {
                  path: 'administration/quarantine',
                  lazy: async () => ({
                    Component: (await import('./administration/quarantine-page.tsx')).QuarantinePage,
                  }),
                },
              ],
            },
            {
              element: <Permitted permission="key.manage" />,
              children: [
                {
                  path: 'administration/keys',
                  lazy: async () => ({
                    Component: (await import('./administration/keys-page.tsx')).KeysPage,
                  }),
                },
              ],
            },
            {
              element: <Permitted permission="domain.manage" />,
              children: [
                {
                  path: 'administration/domains',
                  lazy: async () => ({
                    Component: (await import('./administration/domains-page.tsx')).DomainsPage,
                  }),
                },
                {
                  path: 'administration/domains/:domainId',
                  lazy: async () => ({
                    Component: (await import('./administration/domain-page.tsx')).DomainPage,
                  }),
                },
                {
                  path: 'administration/forwarding',
                  lazy: async () => ({
                    Component: (await import('./administration/forwardings-page.tsx')).ForwardingsPage,
                  }),
                },
                {
                  path: 'administration/relays',
                  lazy: async () => ({
                    Component: (await import('./administration/relays-page.tsx')).RelaysPage,
                  }),
                },
                {
                  path: 'administration/reach',
                  lazy: async () => ({
                    Component: (await import('./administration/reach-page.tsx')).ReachPage,
                  }),
                },
              ],
            },
            {
              element: <Permitted permission="audit.read" />,
              children: [
                {
                  path: 'administration/audit',
                  lazy: async () => ({
                    Component: (await import('./administration/audit-page.tsx')).AuditPage,
                  }),
                },
              ],
            },
            { path: '*', element: <NotFoundPage /> },
          ],
        },
      ],
    },
  ]);
}
