namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>Tests with a Linux guest take turns: emulated, one boot keeps a small machine busy.</summary>
[CollectionDefinition(nameof(LinuxGuests))]
public sealed class LinuxGuests;
