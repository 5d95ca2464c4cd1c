using System.Text;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>What a requester wants a new VM's guest to be told, checked.</summary>
internal static class FirstBootWish
{
    private const int MaxKeys = 100;
    private const int MaxHostname = 253;

    // Half of them fit into one message.
    private const int MaxText = 512 * 1024;

    /// <exception cref="AetherscaleException"><c>bad-request</c>, naming the option.</exception>
    public static FirstBoot Read(CreateVmOptions options)
    {
        var problem = KeysProblem(options.SshKeys ?? [])
            ?? HostnameProblem(options.Hostname)
            ?? TextProblem(options.UserData, "user-data")
            ?? TextProblem(options.NetworkConfig, "network-config")
            ?? TextProblem(options.InitScript, "init-script")
            ?? ScriptProblem(options.InitScript);
        return problem is not null ? throw new AetherscaleException(BadRequest, problem + ".") : new FirstBoot
        {
            SshKeys = options.SshKeys ?? [],
            Hostname = options.Hostname,
            UserData = options.UserData,
            NetworkConfig = options.NetworkConfig,
            InitScript = options.InitScript,
        };
    }

    private static string? KeysProblem(IReadOnlyList<string> keys) =>
        keys.Count > MaxKeys ? $"\"ssh-keys\" may have up to {MaxKeys} keys"
        : keys.All(SshPublicKey.Matches) ? null
        : $"each of \"ssh-keys\" must be {SshPublicKey.Grammar}";

    private static string? HostnameProblem(string? name) =>
        name is null || (name.Length <= MaxHostname && name.Split('.').All(IsLabel)) ? null
        : "\"hostname\" must be labels of letters, digits and inner hyphens, joined by dots";

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-';

    private static string? TextProblem(string? text, string member) =>
        text is null || (text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= MaxText) ? null
        : $"\"{member}\" must have 1 to {MaxText} bytes";

    private static string? ScriptProblem(string? script) =>
        script?.StartsWith("#!", StringComparison.Ordinal) ?? true ? null
        : "\"init-script\" must begin with #! and the program that runs it, such as #!/bin/sh";
}
