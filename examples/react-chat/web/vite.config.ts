import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // `npm run dev` serves the page itself, and passes WebSockets on to the running server.
  server: { proxy: { '/ws-stomp': { target: 'ws://127.0.0.1:8081', ws: true } } },
});
