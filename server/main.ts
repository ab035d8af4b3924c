import { Command } from 'commander';
import { printConfig } from './app/commands/print-config.ts';
import { exportAuditLog } from './app/commands/export-audit-log.ts';
import { verifyAuditLog } from './app/commands/verify-audit-log.ts';
import { createOrganization } from './app/commands/create-organization.ts';
import { serve } from './app/commands/serve.ts';
import { explain } from './app/explain.ts';
import { version } from './app/version.ts';

const program = new Command('carepost').description('HIPAA-secure communication server for healthcare').version(version).showHelpAfterError();

program.command('serve', { isDefault: true }).description('run the server').action(serve);
program.command('config').description('list every setting, its value and what it means').action(printConfig);

program
  .command('organization')
  .description('organisations of this installation')
  .command('create')
  .description('create an organisation with its domain and first administrator; asks for the password on standard input')
  .requiredOption('--name <name>', 'as people read it')
  .requiredOption('--slug <slug>', 'short name in addresses of pages')
  .requiredOption('--domain <domain>', 'mail domain')
  .requiredOption('--admin-name <name>', 'display name of the first administrator')
  .requiredOption('--admin-email <address>', 'address of the first administrator, at the domain')
  .action(createOrganization);

const audit = program.command('audit').description('the audit log');
audit
  .command('export')
  .description('write the audit log of an organisation as JSON lines to standard output or a file')
  .requiredOption('--organization <slug>', 'short name of the organisation')
  .option('--out <file>', 'file to write instead of standard output')
  .action(exportAuditLog);
audit
  .command('verify <file>')
  .description('verify an exported audit log; needs neither server nor database')
  .option('--key <vkey>', "the organisation's public key, as published; without it, the key in the file is used and only named")
  .action(verifyAuditLog);

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
});
