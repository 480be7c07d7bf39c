import { defineConfig } from "vitest/config";

// One project only: with several, `extends: true` runs globalSetup once for each of them.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/faults/**"], // npm run test:faults
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    // Every embedded database takes about 0.8 GB and most of a core while it starts.
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
