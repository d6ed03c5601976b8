/** Builds the console into dist/console, where the server finds it. All links are relative, so that it works below any path of a proxy. */
import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: ['chrome125', 'firefox128', 'safari17.5'],
    modulePreload: { polyfill: false },
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      onwarn(warning, warn) {
        // For React on a server, which this is not.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
      },
    },
  },
  esbuild: { jsx: 'automatic' },
  server: { proxy: { '/v1': 'http://127.0.0.1:9001' } },
})
