import type { ApiKeyId, AppPasswordId } from '#contract/ids.ts';
import {
  createApiKey as createApiKeyEndpoint,
  createAppPassword as createAppPasswordEndpoint,
  listApiKeys as listApiKeysEndpoint,
  listAppPasswords as listAppPasswordsEndpoint,
  revokeApiKey as revokeApiKeyEndpoint,
  revokeAppPassword as revokeAppPasswordEndpoint,
  type ApiKeyView,
  type AppPasswordView,
} from '#contract/identity.ts';
import { route, type Route } from '#platform/http/route.ts';
import { createApiKey, listApiKeys, revokeApiKey, type ApiKey } from './api-key.ts';
import { createAppPassword, listAppPasswords, revokeAppPassword, type AppPassword } from './app-password.ts';
import type { IdentityContext } from './ports.ts';
import { requireSession } from './require-session.ts';

/** API keys and app passwords: what programs act with, made and ended by the person they act for. */
export function secretRoutes(context: IdentityContext): Route[] {
  return [
    route(listApiKeysEndpoint, async ({ principal }) => {
      requireSession(principal);
      return { items: (await listApiKeys(context, principal)).map(apiKeyView) };
    }),

    route(createApiKeyEndpoint, async ({ principal, body, request }) => {
      requireSession(principal);
      const { organizationId, userId, actor } = principal;
      const command = { ...body, organizationId, userId, apiKeyId: request.creationId as ApiKeyId };
      const { apiKey, key } = await createApiKey(context, command, { actor, ip: request.ip });
      return { ...apiKeyView(apiKey), key };
    }),

    route(revokeApiKeyEndpoint, async ({ principal, params, request }) => {
      requireSession(principal);
      const { organizationId, userId, actor } = principal;
      const apiKeyId = params.apiKeyId as ApiKeyId;
      await revokeApiKey(context, { organizationId, userId, apiKeyId }, { actor, ip: request.ip });
    }),

    route(listAppPasswordsEndpoint, async ({ principal }) => {
      requireSession(principal);
      return { items: (await listAppPasswords(context, principal)).map(appPasswordView) };
    }),

    route(createAppPasswordEndpoint, async ({ principal, body, request }) => {
      requireSession(principal);
      const { organizationId, userId, actor } = principal;
      const command = { ...body, organizationId, userId, appPasswordId: request.creationId as AppPasswordId };
      const { appPassword, password } = await createAppPassword(context, command, { actor, ip: request.ip });
      return { ...appPasswordView(appPassword), password };
    }),

    route(revokeAppPasswordEndpoint, async ({ principal, params, request }) => {
      requireSession(principal);
      const { organizationId, userId, actor } = principal;
      const appPasswordId = params.appPasswordId as AppPasswordId;
      await revokeAppPassword(context, { organizationId, userId, appPasswordId }, { actor, ip: request.ip });
    }),
  ];
}

function apiKeyView({
  apiKeyId,
  name,
  prefix,
  scopes,
  createdAt,
  expiresAt,
  lastUsedAt,
}: ApiKey): ApiKeyView {
  return {
    apiKeyId,
    name,
    prefix,
    scopes: [...scopes],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

function appPasswordView({ appPasswordId, name, createdAt, lastUsedAt }: AppPassword): AppPasswordView {
  return {
    appPasswordId,
    name,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
