/** Where to go after signing in: a path of ours that the address names, else the inbox. Never another site. */
export function nextPath(params: URLSearchParams): string {
  const next = params.get('next') ?? '';
  return /^\/(?![/\\])/.test(next) && !/^\/sign(?:-in|ed-out)/.test(next) ? next : '/mail/inbox';
}
