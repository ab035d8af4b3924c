import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The blocks of code of one language in a page of docs/, in their order: what is documented is what is tested. */
export async function documented(page: string, language: string): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, '../../docs', page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  );
}
