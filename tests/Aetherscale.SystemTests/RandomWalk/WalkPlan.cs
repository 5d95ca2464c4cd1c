namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>What one client does next.</summary>
/// <param name="Deed">The command.</param>
/// <param name="Vm">Which VM it is about, by number.</param>
internal readonly record struct Step(Deed Deed, int Vm);

/// <summary>All that a walk decides by chance, drawn from its seed. What comes of it also depends on who is faster.</summary>
internal sealed class WalkPlan
{
    public const int Clients = 6;
    public const int CommandsPerRound = 100;

    public const int DaemonDeathsPerRound = 2;

    private const int QemuDeathsPerRound = 5;

    /// <summary>Two of them never boot by themselves to where they could hear a power button, or stay up.</summary>
    private static readonly string[] s_images = ["polite", "polite", "deaf", "off"];

    private static readonly (Deed Deed, int Weight)[] s_weights =
    [
        (Deed.Create, 15), (Deed.CreateStopped, 17), (Deed.Start, 15), (Deed.Stop, 11), (Deed.Kill, 7), (Deed.Delete, 13),
        (Deed.Pause, 8), (Deed.Resume, 6), (Deed.Restart, 6), (Deed.Reset, 5), (Deed.Show, 14), (Deed.List, 8),
    ];

    public WalkPlan(int seed, int commands, int daemonDeaths = DaemonDeathsPerRound)
    {
        var random = new Random(seed);
        for (var left = commands; left > 0; left -= CommandsPerRound)
        {
            var count = Math.Min(left, CommandsPerRound);
            var steps = Enumerable.Range(0, count).Select(_ => StepBy(random)).ToList();
            var faults = Faults(random, count, Deed.DaemonDies, daemonDeaths)
                .Concat(Faults(random, count, Deed.QemuDies, QemuDeathsPerRound))
                .ToLookup(fault => fault.At, fault => fault.Deed);
            Rounds.Add(new Round([.. steps.Chunk((count + Clients - 1) / Clients)], faults));
        }
    }

    public static IReadOnlyList<string> Images => s_images;

    public static int Vms => 14;

    public List<Round> Rounds { get; } = [];

    public static string ImageOf(int vm) => s_images[vm % s_images.Length];

    private static IEnumerable<(int At, Deed Deed)> Faults(Random random, int count, Deed deed, int times) =>
        Enumerable.Range(0, times).Select(_ => (random.Next(count), deed));

    private static Step StepBy(Random random)
    {
        var vm = random.Next(Vms);
        var drawn = random.Next(s_weights.Sum(weight => weight.Weight));
        var deed = s_weights.First(weight => (drawn -= weight.Weight) < 0).Deed;

        // One that hears nothing would be asked until the grace ends.
        return new Step((deed, ImageOf(vm)) switch
        {
            (Deed.Stop, "deaf") => Deed.Kill,
            (Deed.Restart, "deaf") => Deed.Reset,

            // A reset within 15 ms of QEMU's greeting leaves the guest hung in its BIOS (QEMU 7.2.22): of a deaf one nobody notices.
            (Deed.Reset, not "deaf") => Deed.Restart,
            _ => deed,
        }, vm);
    }
}

/// <param name="Steps">Each client's.</param>
/// <param name="Faults">What happens besides when so many steps of the round have begun.</param>
internal sealed record Round(IReadOnlyList<IReadOnlyList<Step>> Steps, ILookup<int, Deed> Faults);
