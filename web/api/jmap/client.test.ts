import { describe, expect, it } from 'vitest';
import { fillTemplate, JmapClient } from './client.ts';
import { JmapError } from './jmap-error.ts';

type Call = [string, Record<string, unknown>, string];

const session = { apiUrl: '/jmap/api', primaryAccounts: { 'urn:ietf:params:jmap:mail': 'account' } };

/** A client whose server answers each call as told. */
function clientOf(answer: (call: Call) => Call[]) {
  const requests: Call[][] = [];
  const client = new JmapClient(async (_url, body) => {
    if (body === undefined) return session;
    const { methodCalls } = body as { methodCalls: Call[] };
    requests.push(methodCalls);
    return { methodResponses: methodCalls.flatMap(answer) };
  });
  return { client, requests };
}

const empty = (call: Call): Call[] => [[call[0], { list: [], state: '1' }, call[2]]];

describe('JmapClient', () => {
  it('sends what is asked for in one moment in one request', async () => {
    const { client, requests } = clientOf(empty);
    await client.session();
    await Promise.all([
      client.call('Mailbox/get', { ids: null }),
      client.call('Identity/get', { ids: null }),
    ]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.map(([name]) => name)).toEqual(['Mailbox/get', 'Identity/get']);
    expect(requests[0]?.every(([, args]) => args['accountId'] === 'account')).toBe(true);
  });

  it('points a call at the result of an earlier one', async () => {
    const { client, requests } = clientOf(empty);
    await client.batch((add) => {
      const query = add('Email/query', { filter: { text: 'x' } });
      add('Email/get', { '#ids': query.ref('/ids') });
    });
    const [query, get] = requests[0] ?? [];
    expect(get?.[1]['#ids']).toEqual({ resultOf: query?.[2], name: 'Email/query', path: '/ids' });
  });

  it('fails only the batch whose call was refused', async () => {
    const { client } = clientOf((call) =>
      call[0] === 'Identity/get' ? [['error', { type: 'forbidden' }, call[2]]] : empty(call),
    );
    const [mailboxes, identities] = await Promise.allSettled([
      client.call('Mailbox/get', { ids: null }),
      client.call('Identity/get', { ids: null }),
    ]);
    expect(mailboxes.status).toBe('fulfilled');
    expect(identities).toMatchObject({ status: 'rejected', reason: expect.any(JmapError) });
  });

  it('takes the first of two answers under one call id, as onSuccessUpdateEmail gives', async () => {
    const { client } = clientOf((call) => [
      [call[0], { created: { s: { id: '1' } } }, call[2]],
      ['Email/set', { updated: {} }, call[2]],
    ]);
    const result = await client.call('EmailSubmission/set', {});
    expect(result.created).toEqual({ s: { id: '1' } });
  });

  it('asks for the session again after it could not be had', async () => {
    let tries = 0;
    const client = new JmapClient(async () => {
      tries += 1;
      if (tries === 1) throw new TypeError('offline');
      return session;
    });
    await expect(client.session()).rejects.toThrow('offline');
    await expect(client.accountId()).resolves.toBe('account');
  });
});

describe('fillTemplate', () => {
  it('escapes what it puts into an address', () => {
    expect(fillTemplate('/d/{blobId}/{name}', { blobId: 'a/b', name: 'ü' })).toBe('/d/a%2Fb/%C3%BC');
  });
});
