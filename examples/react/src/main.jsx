import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes, useParams } from "react-router";
import Comments from "./Comments.jsx";

const BLOG = "https://blog.example.org";

function Article() {
  const { name } = useParams();
  const title = name === "one" ? "One" : "Two";
  return (
    <main>
      <h1>{title}</h1>
      <p>
        <Link to="/one/">One</Link> <Link to="/two/">Two</Link>
      </p>
      <Comments site="blog" url={`${BLOG}/${name}/`} title={title} />
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <BrowserRouter>
    <Routes>
      <Route path="/:name/" element={<Article />} />
    </Routes>
  </BrowserRouter>,
);
