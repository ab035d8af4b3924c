// The order of the house: a module may import the public surface of modules above it, never one below.
const order = [
  'audit',
  'organizations',
  'identity',
  'domains',
  'contacts',
  'consent',
  'messages',
  'policy',
  'protection',
  'pickup',
  'delivery',
  'texting',
  'sending',
  'engagement',
  'reception',
  'mailbox',
  'portal',
  'segments',
  'campaigns',
  'workflows',
  'deliverability',
  'forms',
  'ehr',
  'webhooks',
  'migration',
  'compliance',
  'reporting',
];

// Arrows against the order, each with the decision record that allows it: { from, to, record }.
const exceptions: readonly { from: string; to: string; record: string }[] = [];

const moduleRules = order.map((name, at) => ({
  name: `order-${name}`,
  comment: `${name} imports modules above it only; what flows down goes by a domain event`,
  severity: 'error',
  from: { path: `^server/modules/${name}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: `^server/modules/(${order.slice(at + 1).join('|') || '-'})/`,
    pathNot: exceptions
      .filter((exception) => exception.from === name)
      .map(({ to }) => `^server/modules/${to}/`),
  },
}));

const tests = '\\.test\\.tsx?$';

export const forbidden = [
  ...moduleRules,
  {
    name: 'module-surface',
    comment: "another module's surface is its index.ts",
    severity: 'error',
    from: { path: '^server/modules/([^/]+)/', pathNot: tests },
    to: {
      path: '^server/modules/([^/]+)/',
      pathNot: ['^server/modules/$1/', '^server/modules/[^/]+/index\\.ts$'],
    },
  },
  {
    name: 'module-known',
    comment: 'every module has its place in the order',
    severity: 'error',
    from: {},
    to: { path: '^server/modules/', pathNot: `^server/modules/(${order.join('|')})/` },
  },
  {
    name: 'platform-knows-no-product',
    severity: 'error',
    from: { path: '^server/platform/', pathNot: tests },
    to: { path: '^(server/(modules|app)|web|lab|test)/' },
  },
  {
    name: 'protocols-are-pure',
    comment: 'standards code knows neither stores nor product',
    severity: 'error',
    from: { path: '^server/protocols/', pathNot: tests },
    to: { path: '^(server/(modules|platform|app)|web|lab|test)/', pathNot: '^server/platform/errors\\.ts$' },
  },
  {
    name: 'contract-stands-alone',
    severity: 'error',
    from: { path: '^contract/', pathNot: tests },
    to: { path: '^(server|web|lab|test)/' },
  },
  {
    name: 'app-is-the-root',
    severity: 'error',
    from: { path: '^server/(modules|platform|protocols)/' },
    to: { path: '^server/(app/|main\\.ts)' },
  },
  {
    name: 'web-over-the-wire',
    severity: 'error',
    from: { path: '^web/' },
    to: { path: '^(server|lab|test|bench)/' },
  },
  {
    name: 'ui-is-plain',
    comment: 'the design system knows no router and no API',
    severity: 'error',
    from: { path: '^web/ui/', pathNot: '(\\.d\\.ts|render-for-test\\.tsx)$' },
    to: {
      pathNot: '^contract/protection\\.ts$',
      path: '^(contract/|web/(api|workspace|portal)/|node_modules/(react-router|@tanstack/react-query)/)',
    },
  },
  {
    name: 'apps-apart',
    severity: 'error',
    from: { path: '^web/(workspace|portal)/' },
    to: { path: '^web/(workspace|portal)/', pathNot: '^web/$1/' },
  },
  {
    name: 'lab-never-in-production',
    comment: 'only a dynamic import, behind the lab switch',
    severity: 'error',
    from: { path: '^server/', pathNot: tests },
    to: { path: '^lab/', dependencyTypesNot: ['dynamic-import'] },
  },
  {
    name: 'no-test-code',
    severity: 'error',
    from: { path: '^(server|contract|web|lab)/', pathNot: tests },
    to: { path: '^(test|bench)/|\\.test\\.tsx?$' },
  },
  {
    name: 'no-cycles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'resolvable',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: '^(virtual:|node:)' },
  },
  {
    name: 'no-dev-dependency',
    severity: 'error',
    from: { path: '^(server|contract|lab)/', pathNot: tests },
    to: { dependencyTypes: ['npm-dev'], pathNot: '@types/' },
  },
];

export const options = {
  parser: 'swc',
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '^dist/' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    importsFields: ['imports'],
    extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    conditionNames: ['import', 'module-sync', 'node', 'types', 'default'],
  },
};
