export default {
  title: "A blog",
  url: "https://blog.example.org",
  baseUrl: "/",
  trailingSlash: true,
  presets: [["classic", { docs: { routeBasePath: "/" }, blog: false, pages: false }]],
};
