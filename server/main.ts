import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
import { explain } from './app/explain.ts';
import { version } from './app/version.ts';

// Types stripped and code compiled once, kept beside the code; where that cannot be written, each start does it again.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/carepost'));

// `carepost config | head`: who reads has seen enough. A server goes on without.
process.stdout.on('error', (error) => {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
});

const program = new Command('carepost')
  .description('HIPAA-secure communication server for healthcare')
  .version(version)
  .showHelpAfterError();

// Each command's code is loaded when it is called: verifying a log needs no database driver.
program
  .command('serve', { isDefault: true })
  .description('run the server')
  .action(async () => (await import('./app/commands/serve.ts')).serve());
program
  .command('config')
  .description('list every setting, its value and what it means')
  .action(async () => (await import('./app/commands/print-config.ts')).printConfig());

program
  .command('organization')
  .description('organisations of this installation')
  .command('create')
  .description(
    'create an organisation with its domain and first administrator, whose password is read from standard input; at a terminal one is made',
  )
  .requiredOption('--name <name>', 'as people read it')
  .requiredOption('--slug <slug>', 'short name in addresses of pages')
  .requiredOption('--domain <domain>', 'mail domain')
  .requiredOption('--admin-name <name>', 'display name of the first administrator')
  .requiredOption('--admin-email <address>', 'address of the first administrator, at the domain')
  .action(async (options) =>
    (await import('./app/commands/create-organization.ts')).createOrganization(options),
  );

const audit = program.command('audit').description('the audit log');
audit
  .command('export')
  .description('write the audit log of an organisation as JSON lines to standard output or a file')
  .requiredOption('--organization <slug>', 'short name of the organisation')
  .option('--out <file>', 'file to write instead of standard output')
  .action(async (options) => (await import('./app/commands/export-audit-log.ts')).exportAuditLog(options));
audit
  .command('verify <file>')
  .description('verify an exported audit log; needs neither server nor database')
  .option(
    '--key <vkey>',
    "the organisation's public key, as published; without it, the key in the file is used and only named",
  )
  .action(async (file, options) =>
    (await import('./app/commands/verify-audit-log.ts')).verifyAuditLog(file, options),
  );

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1); // what had started before the failure may still hold the process
});
