import { type FormEvent, useState } from 'react';

import { Room } from './Room';

/** Asks for a name, then shows the room. */
export function App() {
  const [sender, setSender] = useState<string | null>(null);
  if (sender !== null) return <Room sender={sender} onLeave={() => setSender(null)} />;

  const enter = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    if (name) setSender(name);
  };
  return (
    <main>
      <h1>React chat</h1>
      <form onSubmit={enter}>
        <label>
          Your name <input name="name" required maxLength={32} autoFocus autoComplete="nickname" />
        </label>
        <button>Enter</button>
      </form>
    </main>
  );
}
