import { EditorContent, useEditor, useEditorState, type Editor as TiptapEditor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import {
  IconBlockquote,
  IconBold,
  IconItalic,
  IconList,
  IconListNumbers,
  IconUnderline,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import styles from './editor.module.css';
import { LinkTool } from './link-tool.tsx';

/** The same words twice: as HTML, and for those who read plain text. */
interface EditorText {
  html: string;
  text: string;
}

interface EditorProps {
  /** The HTML it starts with; later changes of it are not followed. */
  initial: string;
  autoFocus: boolean;
  /** Once, with what it made of `initial`. */
  onReady: (content: EditorText) => void;
  onChange: (content: EditorText) => void;
}

/** Text with the formatting that mail needs, and no more. Pasted HTML keeps only that. */
export function Editor({ initial, autoFocus, onReady, onChange }: EditorProps) {
  const { t } = useTranslation();
  const editor = useEditor({
    extensions: [
      StarterKit.configure({
        heading: false,
        codeBlock: false,
        code: false,
        horizontalRule: false,
        strike: false,
        link: { openOnClick: false, autolink: true, protocols: ['http', 'https', 'mailto', 'tel'] },
      }),
    ],
    content: initial,
    autofocus: autoFocus ? 'start' : false,
    injectCSS: false,
    editorProps: {
      attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': t('compose.text') },
    },
    onCreate: ({ editor: created }) => onReady(contentOf(created)),
    onUpdate: ({ editor: changed }) => onChange(contentOf(changed)),
  });
  if (!editor) return null;
  return (
    <div className={styles.box}>
      <Toolbar editor={editor} />
      <EditorContent editor={editor} className={styles.text} />
    </div>
  );
}

function contentOf(editor: TiptapEditor): EditorText {
  return { html: editor.isEmpty ? '' : editor.getHTML(), text: editor.getText({ blockSeparator: '\n\n' }) };
}

interface Tool {
  name: 'bold' | 'italic' | 'underline' | 'bulletList' | 'orderedList' | 'blockquote';
  icon: Icon;
  run: (editor: TiptapEditor) => boolean;
}

const tools: readonly Tool[] = [
  { name: 'bold', icon: IconBold, run: (editor) => editor.chain().focus().toggleBold().run() },
  { name: 'italic', icon: IconItalic, run: (editor) => editor.chain().focus().toggleItalic().run() },
  { name: 'underline', icon: IconUnderline, run: (editor) => editor.chain().focus().toggleUnderline().run() },
  { name: 'bulletList', icon: IconList, run: (editor) => editor.chain().focus().toggleBulletList().run() },
  {
    name: 'orderedList',
    icon: IconListNumbers,
    run: (editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  {
    name: 'blockquote',
    icon: IconBlockquote,
    run: (editor) => editor.chain().focus().toggleBlockquote().run(),
  },
];

function Toolbar({ editor }: { editor: TiptapEditor }) {
  const { t } = useTranslation();
  const active = useEditorState({
    editor,
    selector: ({ editor: current }) => tools.map(({ name }) => current.isActive(name)),
  });
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('editor.formatting')}>
      {tools.map(({ name, icon: Picture, run }, index) => (
        <button
          key={name}
          type="button"
          className={styles.tool}
          aria-pressed={active[index] ?? false}
          aria-label={t(`editor.${name}`)}
          title={t(`editor.${name}`)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => run(editor)}
        >
          <Picture size={17} stroke={1.8} aria-hidden />
        </button>
      ))}
      <LinkTool editor={editor} />
    </div>
  );
}
