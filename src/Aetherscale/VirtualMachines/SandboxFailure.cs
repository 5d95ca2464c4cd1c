using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Why systemd could not start a program in a sandbox (systemd.exec(5), "Process Exit Codes").</summary>
internal static class SandboxFailure
{
    private const int Capabilities = 218;
    private const int User = 217;
    private const int NetworkNamespace = 225;
    private const int Namespace = 226;
    private const int SystemCalls = 228;

    /// <param name="result">How the start ended.</param>
    /// <param name="status">The exit status of what should have become the program.</param>
    public static string Describe(JobResult result, int status) => status switch
    {
        User => "systemd may not make a user namespace here (217/USER)",
        Capabilities => "systemd may not drop capabilities here (218/CAPABILITIES)",
        NetworkNamespace => "systemd may not make a network namespace here (225/NETWORK)",
        Namespace => "systemd may not make a mount namespace here (226/NAMESPACE)",
        SystemCalls => "systemd cannot filter system calls here (228/SECCOMP)",
        0 => $"systemd's job ended with: {result}",
        _ => $"the program ended with {status}",
    };
}
