import { lazy, type LazyExoticComponent, type ReactNode } from "react";
import { Navigate, Route, Routes } from "react-router";
import { NotFoundPage } from "./ErrorPage";
import { Layout } from "./Layout";
import { RequireLogIn } from "./RequireLogIn";

/** A page that is loaded when it is first opened. */
function page<Name extends string>(
  load: () => Promise<Record<Name, () => ReactNode>>,
  name: Name,
): LazyExoticComponent<() => ReactNode> {
  return lazy(async () => ({ default: (await load())[name] }));
}

const SignUp = page(() => import("../features/signup/components/SignUpPage"), "SignUpPage");
const LogIn = page(() => import("../features/session/components/LogInPage"), "LogInPage");
const ForgotPassword = page(
  () => import("../features/session/components/ForgotPasswordPage"),
  "ForgotPasswordPage",
);
const ResetPassword = page(
  () => import("../features/session/components/ResetPasswordPage"),
  "ResetPasswordPage",
);
const VerifyEmail = page(
  () => import("../features/session/components/VerifyEmailPage"),
  "VerifyEmailPage",
);
const Dashboard = page(
  () => import("../features/account/components/DashboardPage"),
  "DashboardPage",
);
const Invoices = page(() => import("../features/payment/components/InvoicesPage"), "InvoicesPage");
const Invoice = page(() => import("../features/payment/components/InvoicePage"), "InvoicePage");
const Confirm = page(() => import("../features/payment/components/ConfirmDialog"), "ConfirmDialog");
const Upgrade = page(() => import("../features/account/components/UpgradePage"), "UpgradePage");
const Credits = page(() => import("../features/account/components/CreditsPage"), "CreditsPage");
const Sites = page(() => import("../features/account/components/SitesPage"), "SitesPage");
const Profile = page(() => import("../features/account/components/ProfilePage"), "ProfilePage");

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
