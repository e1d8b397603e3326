import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where `npm run dev` finds a server.
const server = process.env["MARKETD_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: {
    // The sources: the page and the published package are the same code.
    alias: { "marketd-client": fileURLToPath(new URL("../clients/ts/src/index.ts", import.meta.url)) },
  },
  build: {
    target: "es2022",
    // Names do not change from build to build, so that a change of the page is a small diff; the server's ETags tell
    // browsers what changed.
    rollupOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
        codeSplitting: { groups: [{ name: "vendor", test: /node_modules/ }] },
      },
    },
    // The page's policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "^/(health|healthz|readyz|livez|metrics|openapi.json|docs)": server,
    },
  },
});
