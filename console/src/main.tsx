import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Playground } from './playground.tsx';
import './playground.css';
import { Session } from './session.ts';
import { loadSettings } from './settings.ts';

const container = document.getElementById('root');
if (!container) throw new Error('index.html has no #root');

const session = new Session('/session');
const [settings] = await Promise.all([loadSettings(), session.restore()]);
createRoot(container).render(
  <StrictMode>
    <Playground session={session} settings={settings} />
  </StrictMode>,
);
