import { runCarepost, type OsUser } from './run-carepost.ts';

export interface OrganizationToCreate {
  readonly name: string;
  readonly slug: string;
  readonly domain: string;
  readonly administrator: { readonly name: string; readonly email: string; readonly password: string };
}

/** `carepost organization create`, as an administrator would type it: before the first start, or beside a running server. */
export async function createOrganization(
  environment: Readonly<Record<string, string>>,
  { name, slug, domain, administrator }: OrganizationToCreate,
  user?: OsUser,
): Promise<void> {
  const options = {
    name,
    slug,
    domain,
    'admin-name': administrator.name,
    'admin-email': administrator.email,
  };
  const { code, output } = await runCarepost(
    ['organization', 'create', ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, value])],
    environment,
    { input: administrator.password, ...(user === undefined ? {} : { user }) },
  );
  if (code !== 0) throw new Error(`carepost organization create ended with code ${code}: ${output}`);
}
