import '../ui/tokens.css';
import '../ui/base.css';
import './portal.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { CrashGuard } from './crash-guard.tsx';
import { startTexts } from './texts/start-texts.ts';

const root = document.getElementById('app');
void startTexts().then(
  () =>
    root &&
    createRoot(root).render(
      <CrashGuard>
        <App />
      </CrashGuard>,
    ),
);
