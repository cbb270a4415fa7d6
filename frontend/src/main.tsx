import "./app/styles";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { Pages, preloadPage } from "./app/Pages";
import { Providers } from "./app/Providers";
import { applyTheme } from "./app/theme";
import { startLanguage } from "./lib/messages";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root.");

applyTheme();
preloadPage(window.location.pathname);
await startLanguage();
createRoot(root).render(
  <StrictMode>
    <Providers>
      <BrowserRouter>
        <Pages />
      </BrowserRouter>
    </Providers>
  </StrictMode>,
);
