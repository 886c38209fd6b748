import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

// The element is the browser's own, and no component of Vue's.
const isCustomElement = (tag) => tag === "comment-thread";

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } })],
});
