using Aetherscale.Fuzz;
using SharpFuzz;

// For afl-fuzz, by eng/fuzz.sh:
//   Aetherscale.Fuzz instrument FILE…   has each type of ours in these assemblies tell which branches it takes
//   Aetherscale.Fuzz run TARGET         takes inputs from afl-fuzz
//   Aetherscale.Fuzz try TARGET FILE…   the same with files, to look at a crash
switch (args)
{
    case ["instrument", .. var files]:
        foreach (var file in files)
        {
            Fuzzer.Instrument(file, type => type.StartsWith("Aetherscale", StringComparison.Ordinal), Options.Value);
        }

        return 0;
    case ["run", var name] when Targets.All.TryGetValue(name, out var target):
        Fuzzer.OutOfProcess.Run(input =>
        {
            using var bytes = new MemoryStream();
            input.CopyTo(bytes);
            target(bytes.ToArray());
        });
        return 0;
    case ["try", var name, .. var files] when Targets.All.TryGetValue(name, out var target):
        foreach (var file in files)
        {
            target(File.ReadAllBytes(file));
        }

        return 0;
    default:
        Console.Error.WriteLine($"usage: instrument FILE… | run TARGET | try TARGET FILE…, with TARGET one of: {string.Join(", ", Targets.All.Keys)}");
        return 2;
}
