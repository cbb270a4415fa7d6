import { Alert, Anchor, Group, Text } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { useMe } from "../../entities/me/useMe";
import { useCurrent } from "../../entities/subscription/useCurrent";
import { m } from "../../lib/messages";
import { bannerOf } from "./bannerOf";
import { KeepPlan } from "./KeepPlan";

/** On every page: what is to be paid or else happens, and what to do. */
export function StageBanner() {
  const me = useMe().data;
  const current = useCurrent().data;
  const { pathname } = useLocation();
  const banner = me && bannerOf(me, current);
  if (!banner) return null;
  const isHere = (to: string) => pathname === to || pathname.startsWith(`${to}/`);
  if (!banner.isEverywhere && isHere(banner.ways[0].to)) return null;
  return (
    <Alert
      color={banner.color}
      radius={0}
      role="region"
      aria-label={banner.isOfPlan ? m.yourPlan.title : m.banner.label}
      className="noPrint"
    >
      <Group justify="space-between" maw={960} mx="auto" gap="xs">
        <Text size="sm" maw={640}>
          {banner.text}
        </Text>
        <Group gap="md">
          {banner.mayKeep && <KeepPlan size="compact-sm" />}
          {banner.ways
            .filter(({ to }) => !isHere(to))
            .map(({ to, words }) => (
              <Anchor key={to} component={Link} to={to} size="sm" fw={600} c="inherit">
                {words}
              </Anchor>
            ))}
        </Group>
      </Group>
    </Alert>
  );
}
