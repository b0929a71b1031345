import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * A static build the gateway can serve under a strict content security policy: every script and worker is a file of
 * its own on the same origin, so nothing is inlined and nothing is loaded from elsewhere.
 */
export default defineConfig({
  base: '/playground/',
  plugins: [react()],
  // Two copies of graphql-js would refuse each other's schemas.
  resolve: { dedupe: ['graphql', 'react', 'react-dom'] },
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // Monaco alone is above Vite's default warning limit; it is loaded once and cached by its hashed name.
    chunkSizeWarningLimit: 6000,
    rolldownOptions: {
      // GraphiQL's compiled modules carry a hint for the React compiler ("use no memo") that means nothing here.
      onwarn: (warning, report) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') report(warning);
      },
    },
  },
});
