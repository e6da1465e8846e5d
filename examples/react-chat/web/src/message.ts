/** What travels, both ways. */
export interface ChatMessage {
  sender: string;
  content: string;
}

/** Reads a body; null for what is no message, since anybody may publish to the destination. */
export function parseMessage(body: string): ChatMessage | null {
  try {
    const { sender, content } = JSON.parse(body) as Partial<ChatMessage>;
    return typeof sender === 'string' && typeof content === 'string' ? { sender, content } : null;
  } catch {
    return null;
  }
}
