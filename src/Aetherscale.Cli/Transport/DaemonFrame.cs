namespace Aetherscale.Cli.Transport;

/// <summary>One server-sent event.</summary>
/// <param name="Type">One of <see cref="Contract.StreamFrames"/>.</param>
/// <param name="Json">What it says.</param>
internal sealed record DaemonFrame(string Type, string Json);
