import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '../ui/tokens.css';
import '../ui/base.css';
import './workspace.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTexts } from './texts/start-texts.ts';

await startTexts();
const root = document.getElementById('app');
if (root) createRoot(root).render(<App />);
