import { Button } from "@mantine/core";
import { Link, NavLink, useLocation } from "react-router";
import { useLogOut } from "../entities/me/useLogOut";
import { useMe } from "../entities/me/useMe";
import { m } from "../lib/messages";
import classes from "./Layout.module.css";

/** The name of the app, links to every page, and sign in or sign out. */
export function Header() {
  const me = useMe().data;
  return (
    <header className={classes.header}>
      <div className={classes.bar}>
        <Link to="/" className={classes.brand}>
          <img src="/favicon.svg" alt="" width={24} height={24} />
          {m.app.name}
        </Link>
        {me?.account && <Navigation />}
        <div className={classes.end}>{me ? <LogOut /> : me === null && <LogIn />}</div>
      </div>
    </header>
  );
}

function Navigation() {
  return (
    <nav className={classes.nav} aria-label={m.app.navigation}>
      <NavLink to="/" end>
        {m.dashboard.title}
      </NavLink>
      <NavLink to="/plan">{m.yourPlan.navigation}</NavLink>
      <NavLink to="/invoices">{m.invoices.title}</NavLink>
      <NavLink to="/credits">{m.credits.title}</NavLink>
      <NavLink to="/sites">{m.sites.title}</NavLink>
      <NavLink to="/account">{m.profile.title}</NavLink>
    </nav>
  );
}

function LogOut() {
  const logOut = useLogOut();
  return (
    <Button
      variant="subtle"
      size="sm"
      px="xs"
      loading={logOut.isPending}
      onClick={() => {
        logOut.mutate();
      }}
    >
      {m.app.logOut}
    </Button>
  );
}

function LogIn() {
  const { pathname } = useLocation();
  const isHere = pathname === "/login";
  return (
    <Button component={Link} to={isHere ? "/signup" : "/login"} variant="subtle" size="sm" px="xs">
      {isHere ? m.app.signUp : m.app.logIn}
    </Button>
  );
}
