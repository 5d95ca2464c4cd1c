namespace Aetherscale.VirtualMachines;

/// <summary>The sockets of one running VM: its unit's RuntimeDirectory, which comes and goes with the unit.</summary>
/// <param name="FolderPath"><c>&lt;runtime&gt;/vms/&lt;id&gt;</c>.</param>
internal readonly record struct VmRuntimeFolder(string FolderPath)
{
    /// <summary>The monitor that only the daemon uses.</summary>
    public string QmpSocket => FolderPath + "/qmp.sock";

    /// <summary>The monitor that only the unit's ExecStop uses.</summary>
    public string StopSocket => FolderPath + "/stop.sock";

    public string AgentSocket => FolderPath + "/qga.sock";

    public string ConsoleSocket => FolderPath + "/console.sock";

    public string VncSocket => FolderPath + "/vnc.sock";
}
