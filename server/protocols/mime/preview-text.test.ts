import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { htmlToText } from './html-to-text.ts';
import { previewOf } from './preview-text.ts';

describe('previewOf', () => {
  it('leaves out quotes, rules and runs of space', () => {
    assert.equal(
      previewOf('Dear you,\n\n  all   is well\u00a0today.\n-----\n> before\n>> long before\n'),
      'Dear you, all is well today.',
    );
  });
  it('cuts between characters', () => {
    assert.equal([...previewOf('😀'.repeat(500))].length, 160);
    assert.ok(previewOf(`x${'😀'.repeat(5000)}`).isWellFormed());
    assert.equal(previewOf(''), '');
  });
});

describe('htmlToText', () => {
  it('keeps words and leaves out what is not read', () => {
    const text = htmlToText(
      '<head><title>t</title><style>p{}</style></head><h1>Your Results</h1><p>a <a href="https://x.test">link</a></p><img alt="pixel" src="x"><script>s()</script>',
    );
    assert.match(text, /Your Results\s+a link/);
    assert.doesNotMatch(text, /x\.test|pixel|p\{|s\(\)/);
  });
});
