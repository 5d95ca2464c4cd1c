using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>One line of <c>systemctl list-units</c>: a unit that systemd has loaded.</summary>
internal sealed record UnitListing(
    string Name, UnitLoadState LoadState, UnitActiveState ActiveState, UnitSubState SubState)
{
    /// <summary>Reads the reply of ListUnitsByPatterns.</summary>
    public static IReadOnlyList<UnitListing> ReadAll(BusMessage reply)
    {
        var units = new List<UnitListing>();
        reply.TryEnter('a', "(ssssssouso)");
        while (reply.TryEnter('r', "ssssssouso"))
        {
            units.Add(ReadOne(reply));
            reply.Skip("souso");
            reply.Exit();
        }

        return units;
    }

    private static UnitListing ReadOne(BusMessage reply)
    {
        var name = reply.ReadString();
        reply.Skip("s");
        return new UnitListing(
            name,
            SystemdWord.Parse<UnitLoadState>(reply.ReadString()),
            SystemdWord.Parse<UnitActiveState>(reply.ReadString()),
            SystemdWord.Parse<UnitSubState>(reply.ReadString()));
    }
}
