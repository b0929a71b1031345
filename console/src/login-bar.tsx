import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode, type RefObject } from 'react';
import { LoginForm } from './login-form.tsx';
import type { Session } from './session.ts';
import type { DemoLogin } from './settings.ts';

type Props = { session: Session; demoLogins: DemoLogin[] };

/** The slim bar above GraphiQL: who the requests are sent as, and how to become someone else. */
export function LoginBar({ session, demoLogins }: Props): ReactNode {
  const { tokens, problem } = useSyncExternalStore(session.subscribe, session.state);
  const [busy, setBusy] = useState(false);

  const bar = useFocusKeeper(tokens !== null);

  const logIn = async (email: string, password: string): Promise<boolean> => {
    setBusy(true);
    const loggedIn = await session.login(email, password);
    setBusy(false);
    return loggedIn;
  };

  return (
    <header className="bar" ref={bar} tabIndex={-1}>
      <h1 className="bar-title">CDX playground</h1>
      <p className="bar-who" role="status">
        {tokens && (
          <>
            Logged in as <strong>{tokens.email}</strong> <span className="bar-role">{tokens.role}</span>
          </>
        )}
      </p>
      {tokens ? (
        <button type="button" onClick={() => void session.logout()}>
          Log out
        </button>
      ) : (
        <LoginForm busy={busy} problem={problem} onLogIn={logIn} />
      )}
      <p className="bar-problem" role="alert" id="login-problem">
        {problem}
      </p>
      <DemoLogins demoLogins={demoLogins} busy={busy} current={tokens?.email} onLogIn={logIn} />
    </header>
  );
}

/** Logging in or out removes the very button that had the focus: the bar takes it, so that Tab goes on from there. */
function useFocusKeeper(loggedIn: boolean): RefObject<HTMLElement | null> {
  const bar = useRef<HTMLElement>(null);
  const before = useRef(loggedIn);
  useEffect(() => {
    const changed = before.current !== loggedIn;
    before.current = loggedIn;
    if (changed && document.activeElement === document.body) bar.current?.focus();
  }, [loggedIn]);
  return bar;
}

type DemoProps = {
  demoLogins: DemoLogin[];
  busy: boolean;
  current: string | undefined;
  onLogIn: (email: string, password: string) => Promise<boolean>;
};

/** They stay while someone is logged in: seeing the same query as another role is what they are for. */
function DemoLogins({ demoLogins, busy, current, onLogIn }: DemoProps): ReactNode {
  if (demoLogins.length === 0) return null;
  return (
    <div className="bar-group bar-demo" role="group" aria-label="Demo logins">
      <span aria-hidden="true">Demo:</span>
      {demoLogins.map(({ label, email, password }) => (
        <button
          key={email}
          type="button"
          disabled={busy}
          aria-current={email === current}
          aria-label={`Log in as ${label}`}
          title={email}
          onClick={() => void onLogIn(email, password)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
