import { lazy, type LazyExoticComponent, type ReactNode } from "react";
import { Navigate, Route, Routes } from "react-router";
import { NotFoundPage } from "./ErrorPage";
import { Layout } from "./Layout";
import { RequireLogIn } from "./RequireLogIn";

type Load<Name extends string> = () => Promise<Record<Name, () => ReactNode>>;

const starting: [start: RegExp, load: () => Promise<unknown>][] = [];

/** A page that is loaded when it is first opened; `start` is how its addresses begin. */
function page<Name extends string>(
  start: RegExp,
  load: Load<Name>,
  name: Name,
): LazyExoticComponent<() => ReactNode> {
  starting.push([start, load]);
  return lazy(async () => ({ default: (await load())[name] }));
}

/** Begins to load the page of an address, so that its code comes along with everything else. */
export function preloadPage(pathname: string): void {
  const [, load] = starting.find(([start]) => start.test(pathname)) ?? [];
  load?.().catch(() => undefined); // the page itself tells of it
}

const SignUp = page(
  /^\/signup/,
  () => import("../features/signup/components/SignUpPage"),
  "SignUpPage",
);
const LogIn = page(
  /^\/login/,
  () => import("../features/session/components/LogInPage"),
  "LogInPage",
);
const ForgotPassword = page(
  /^\/forgot-password/,
  () => import("../features/session/components/ForgotPasswordPage"),
  "ForgotPasswordPage",
);
const ResetPassword = page(
  /^\/reset-password\//,
  () => import("../features/session/components/ResetPasswordPage"),
  "ResetPasswordPage",
);
const VerifyEmail = page(
  /^\/verify-email\//,
  () => import("../features/session/components/VerifyEmailPage"),
  "VerifyEmailPage",
);
const Dashboard = page(
  /^\/$/,
  () => import("../features/account/components/DashboardPage"),
  "DashboardPage",
);
const Invoices = page(
  /^\/invoices\/?$/,
  () => import("../features/payment/components/InvoicesPage"),
  "InvoicesPage",
);
const Invoice = page(
  /^\/invoices\/./,
  () => import("../features/payment/components/InvoicePage"),
  "InvoicePage",
);
const Confirm = page(
  /\/confirm$/,
  () => import("../features/payment/components/ConfirmDialog"),
  "ConfirmDialog",
);
const Upgrade = page(
  /^\/upgrade/,
  () => import("../features/account/components/UpgradePage"),
  "UpgradePage",
);
const Credits = page(
  /^\/credits/,
  () => import("../features/account/components/CreditsPage"),
  "CreditsPage",
);
const Sites = page(
  /^\/sites/,
  () => import("../features/account/components/SitesPage"),
  "SitesPage",
);
const Profile = page(
  /^\/account/,
  () => import("../features/account/components/ProfilePage"),
  "ProfilePage",
);

/** Every address of the app. */
export function Pages() {
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route path="/signup" element={<Navigate to="/signup/plan" replace />} />
        <Route path="/signup/:step" element={<SignUp />} />
        <Route path="/login" element={<LogIn />} />
        <Route path="/forgot-password" element={<ForgotPassword />} />
        <Route path="/reset-password/:key" element={<ResetPassword />} />
        <Route path="/verify-email/:key" element={<VerifyEmail />} />
        <Route element={<RequireLogIn />}>
          <Route path="/" element={<Dashboard />} />
          <Route path="/invoices" element={<Invoices />} />
          <Route path="/invoices/:id" element={<Invoice />}>
            <Route path="confirm" element={<Confirm />} />
          </Route>
          <Route path="/upgrade" element={<Upgrade />} />
          <Route path="/credits" element={<Credits />} />
          <Route path="/sites" element={<Sites />} />
          <Route path="/account" element={<Profile />} />
        </Route>
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
