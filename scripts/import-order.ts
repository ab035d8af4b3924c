import { createRequire } from 'node:module';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { forbidden, options } from './import-order-rules.ts';

interface Statement {
  type: string;
  decls?: unknown[];
}

interface SwcVisitor {
  prototype: {
    visitStatement: (statement: Statement) => Statement;
    visitVariableDeclarator: (declarator: unknown) => unknown;
  };
}

/** dependency-cruiser walks swc's tree with a visitor that does not know `using` yet and gives up on such a file. */
function teachUsingDeclarations(): void {
  const { Visitor } = createRequire(import.meta.url)('@swc/core/Visitor.js') as { Visitor: SwcVisitor };
  const original = Visitor.prototype.visitStatement;
  Visitor.prototype.visitStatement = function visitStatement(statement) {
    if (statement.type !== 'UsingDeclaration') return original.call(this, statement);
    statement.decls = (statement.decls ?? []).map((declarator) => this.visitVariableDeclarator(declarator));
    return statement;
  };
}

export interface ImportOrder {
  readonly modules: number;
  readonly dependencies: number;
  readonly violations: readonly { rule: string; from: string; to: string }[];
}

/** Holds the imports of `folders` below `baseDir` against the order of the house. */
export async function importOrder(baseDir: string, folders: readonly string[]): Promise<ImportOrder> {
  teachUsingDeclarations();
  const { output } = await cruise([...folders], {
    ...options,
    baseDir,
    validate: true,
    ruleSet: { forbidden },
  } as Parameters<typeof cruise>[1]);
  const { summary, modules } = output as ICruiseResult;
  return {
    modules: modules.filter(({ source }) => !source.includes('node_modules')).length,
    dependencies: summary.totalDependenciesCruised ?? 0,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
