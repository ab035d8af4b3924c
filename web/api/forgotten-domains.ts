import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { forgetDomain, listForgottenDomains } from '#contract/protection.ts';
import { call } from './call.ts';

const forgottenKey = ['forgotten-domains'] as const;

/** Domains that were forgotten in the last 30 days, latest first. */
export function useForgottenDomains() {
  return useQuery({ queryKey: forgottenKey, queryFn: () => call(listForgottenDomains) });
}

export function useForgetDomain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (domain: string) => call(forgetDomain, { body: { domain } }),
    onSuccess: () => client.invalidateQueries({ queryKey: forgottenKey }),
  });
}
