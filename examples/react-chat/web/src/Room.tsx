import { type FormEvent, useState } from 'react';

import { type Status, useChat } from './useChat';

const TEXT: Record<Status, string> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  lost: 'Connection lost, trying again…',
};

/** The room of everybody who has entered. Leaving it ends the connection. */
export function Room({ sender, onLeave }: { sender: string; onLeave: () => void }) {
  const { messages, status, error, publish } = useChat();
  const [content, setContent] = useState('');

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!content.trim()) return;
    publish({ sender, content });
    setContent('');
  };
  return (
    <main>
      <header>
        <h1>React chat</h1>
        <p role="status">{TEXT[status]}</p>
        <button type="button" onClick={onLeave}>Leave</button>
      </header>
      {error && <p role="alert">{error}</p>}
      <div role="log" aria-label="Messages"><ol>
        {messages.map((message, at) => {
          const who = message.sender === sender ? 'ME' : 'OTHER';
          return (
            <li key={at} className={who.toLowerCase()} data-who={who}>
              <b>{who === 'ME' ? 'ME' : message.sender}</b> {message.content}
            </li>
          );
        })}
      </ol></div>
      <form onSubmit={send}>
        <label>
          Message <input value={content} onChange={(event) => setContent(event.target.value)} maxLength={500} autoFocus />
        </label>
        <button disabled={status !== 'connected'}>Send</button>
      </form>
    </main>
  );
}
