import { createApp, h } from "vue";
import { RouterView, createRouter, createWebHistory } from "vue-router";
import Article from "./Article.vue";

const routes = [{ path: "/:name/", component: Article }];

createApp({ render: () => h(RouterView) })
  .use(createRouter({ history: createWebHistory(), routes }))
  .mount("#root");
