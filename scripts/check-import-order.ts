// Fails when an import goes against the order of the house, or when the check saw too little to mean anything.
import { join } from 'node:path';
import { importOrder } from './import-order.ts';

const floor = { modules: 100, dependencies: 300 };
const { modules, dependencies, violations } = await importOrder(join(import.meta.dirname, '..'), [
  'contract',
  'server',
  'lab',
  'web',
  'test',
  'bench',
  'scripts',
]);
for (const { rule, from, to } of violations) console.error(`${rule}: ${from} → ${to}`);
console.log(
  `import order: ${modules} modules, ${dependencies} dependencies, ${violations.length} violations`,
);
if (modules < floor.modules || dependencies < floor.dependencies) {
  console.error('The check saw too few modules: its parser is broken.');
  process.exitCode = 1;
}
if (violations.length > 0) process.exitCode = 1;
