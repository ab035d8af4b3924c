import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { changeTransport, getTransport, type StsMode, type TransportView } from '#contract/deliverability.ts';
import {
  checkDomainDns,
  forceDkimKey,
  getDomainDns,
  revokeDkimKey,
  rotateDkim,
  type DkimKeyView,
  type DomainDnsView,
  type WantedRecord,
} from '#contract/domain-dns.ts';
import {
  addDomain,
  DomainDestination,
  getDomain,
  listDomains,
  proveDomain,
  setDestination,
  type DomainView,
} from '#contract/domains.ts';
import { call } from './call.ts';

export { DomainDestination };
export type { DkimKeyView, DomainDnsView, DomainView, StsMode, TransportView, WantedRecord };

const domainsKey = ['domains'] as const;
const domainKey = (domainId: string) => [...domainsKey, domainId] as const;
const dnsKey = (domainId: string) => ['domain-dns', domainId] as const;
const transportKey = (name: string) => ['transport', name] as const;

export function useDomains() {
  return useInfiniteQuery({
    queryKey: [...domainsKey, 'list'],
    queryFn: ({ pageParam }) =>
      call(listDomains, { query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useDomain(domainId: string) {
  return useQuery({
    queryKey: domainKey(domainId),
    queryFn: () => call(getDomain, { params: { domainId } }),
  });
}

export function useAddDomain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, key }: { name: string; key: string }) =>
      call(addDomain, { body: { name } }, { idempotencyKey: key }),
    onSettled: () => client.invalidateQueries({ queryKey: domainsKey }),
  });
}

/** Looks for the record that proves the domain. */
export function useProveDomain(domainId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(proveDomain, { params: { domainId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: domainsKey }),
  });
}

/** Where mail for a domain goes on to; null: it is kept in mailboxes here. */
export function useSetDestination(domainId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (destination: DomainDestination | null) =>
      call(setDestination, { params: { domainId }, body: { destination } }),
    onSuccess: () => client.invalidateQueries({ queryKey: domainsKey }),
  });
}

/** The records of a domain as they were last seen; nobody is asked for them now. */
export function useDomainDns(domainId: string) {
  return useQuery({
    queryKey: dnsKey(domainId),
    queryFn: () => call(getDomainDns, { params: { domainId } }),
  });
}

/** Each of these answers what is to be published from now on. */
function useDnsChange<Given = void>(domainId: string, mutationFn: (given: Given) => Promise<DomainDnsView>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: (view) => client.setQueryData(dnsKey(domainId), view),
  });
}

/** Looks at the DNS now, also at what is said of transport. */
export function useCheckDns(domainId: string, name: string) {
  const client = useQueryClient();
  return useDnsChange(domainId, async () => {
    const [view] = await Promise.all([
      call(checkDomainDns, { params: { domainId } }),
      client.invalidateQueries({ queryKey: transportKey(name) }),
    ]);
    return view;
  });
}

export const useRotateDkim = (domainId: string) =>
  useDnsChange(domainId, () => call(rotateDkim, { params: { domainId } }));

export const useForceDkimKey = (domainId: string) =>
  useDnsChange(domainId, (dkimKeyId: string) => call(forceDkimKey, { params: { domainId, dkimKeyId } }));

export const useRevokeDkimKey = (domainId: string) =>
  useDnsChange(domainId, (dkimKeyId: string) => call(revokeDkimKey, { params: { domainId, dkimKeyId } }));

/** What others are told about reaching the domain. The DNS and the policy's address are asked each time. */
export function useTransport(name: string) {
  return useQuery({
    queryKey: transportKey(name),
    queryFn: () => call(getTransport, { params: { domain: name } }),
  });
}

export function useChangeTransport(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { mode: StsMode; maxAge: number }) =>
      call(changeTransport, { params: { domain: name }, body }),
    onSuccess: (view) => client.setQueryData(transportKey(name), view),
  });
}
