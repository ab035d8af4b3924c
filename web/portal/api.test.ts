import { afterEach, expect, it, vi } from 'vitest';
import * as contract from '#contract/portal.ts';
import { api, attachmentUrl } from './api.ts';

afterEach(() => vi.unstubAllGlobals());

// The portal loads the contract's types only, to stay small. This is what holds its paths to it.
it('calls the endpoints of the contract', async () => {
  const called: string[] = [];
  vi.stubGlobal('fetch', async (url: string, { method }: { method: string }) => {
    called.push(`${method} ${url}`);
    return new Response('{}');
  });
  await api.link(':token');
  await api.sendCode(':token');
  await api.signIn(':token', '407123');
  await api.askForLink('clinic', 'a@x.test');
  await api.session();
  await api.signOut();
  await api.inbox(null);
  await api.message(':offerId');
  await api.markOpened(':offerId');

  const { getLink, requestCode, openPortalSession, requestAccess, getPortalSession, endPortalSession } =
    contract;
  const { getPortalInbox, getPortalMessage, openPortalMessage, downloadPortalAttachment } = contract;
  expect(called).toEqual(
    [
      getLink,
      requestCode,
      openPortalSession,
      requestAccess,
      getPortalSession,
      endPortalSession,
      getPortalInbox,
      getPortalMessage,
      openPortalMessage,
    ].map(({ method, path }) => `${method} ${path}`),
  );
  expect(decodeURIComponent(attachmentUrl(':offerId', ':partId'))).toBe(downloadPortalAttachment.path);
});
