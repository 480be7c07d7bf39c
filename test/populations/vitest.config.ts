import { defineConfig } from "vitest/config";

/** Without the databases that the other tests need: `npx vitest run --config test/populations/vitest.config.ts`. */
export default defineConfig({ test: { include: ["test/populations/**/*.test.ts"], testTimeout: 60_000 } });
