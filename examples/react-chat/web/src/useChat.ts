import { Client } from '@stomp/stompjs';
import { useCallback, useEffect, useRef, useState } from 'react';

import { type ChatMessage, parseMessage } from './message';

export type Status = 'connecting' | 'connected' | 'lost';

const BROKER_URL = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws-stomp`;

/** A connection for as long as the component lives; it comes back by itself when it is lost. */
export function useChat() {
  const [messages, setMessages] = useState<ChatMessage[]>([]);
  const [status, setStatus] = useState<Status>('connecting');
  const [error, setError] = useState<string | null>(null);
  const client = useRef<Client | null>(null);

  useEffect(() => {
    const stomp = new Client({
      brokerURL: BROKER_URL,
      reconnectDelay: 5000,
      heartbeatIncoming: 4000,
      heartbeatOutgoing: 4000,
      onConnect: () => {
        stomp.subscribe('/sub/message', ({ body }) => {
          const message = parseMessage(body);
          if (message) setMessages((earlier) => [...earlier, message]);
        });
        setStatus('connected');
        setError(null);
      },
      onWebSocketClose: () => setStatus('lost'),
      onWebSocketError: () => setStatus('lost'),
      onStompError: ({ headers, body }) => setError([headers.message, body].filter(Boolean).join(': ')),
    });
    client.current = stomp;
    stomp.activate();
    return () => {
      client.current = null;
      void stomp.deactivate();
    };
  }, []);

  const publish = useCallback((message: ChatMessage) => {
    client.current?.publish({ destination: '/pub/messages', body: JSON.stringify(message) });
  }, []);

  return { messages, status, error, publish };
}
