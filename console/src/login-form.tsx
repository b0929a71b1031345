import { useState, type ReactNode, type SubmitEvent } from 'react';

type Props = {
  busy: boolean;
  problem: string;
  onLogIn: (email: string, password: string) => Promise<boolean>;
};

/** The fields name themselves to password managers, and point at the problem shown beside them. */
export function LoginForm({ busy, problem, onLogIn }: Props): ReactNode {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const described = problem ? { 'aria-describedby': 'login-problem' } : {};

  /** A refused password is emptied for the next try; the email most likely was right. */
  const submit = async (): Promise<void> => {
    if (!(await onLogIn(email, password))) setPassword('');
  };

  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void submit();
  };

  return (
    <form className="bar-group" aria-label="Log in" onSubmit={onSubmit}>
      <label htmlFor="login-email">Email</label>
      <input
        id="login-email"
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        {...described}
      />
      <label htmlFor="login-password">Password</label>
      <input
        id="login-password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        {...described}
      />
      <button type="submit" disabled={busy} className="bar-primary">
        {busy ? 'Logging in…' : 'Log in'}
      </button>
    </form>
  );
}
