import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  changeOrganization,
  getOrganization,
  OrganizationSettings,
  type OrganizationChange,
} from '#contract/organizations.ts';
import { call } from './call.ts';

export { OrganizationSettings };

const organizationKey = ['organization'] as const;

export function useOrganization() {
  return useQuery({ queryKey: organizationKey, queryFn: () => call(getOrganization) });
}

export function useChangeOrganization() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: OrganizationChange) => call(changeOrganization, { body }),
    onSuccess: (organization) => client.setQueryData(organizationKey, organization),
  });
}
