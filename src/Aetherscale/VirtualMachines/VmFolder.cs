namespace Aetherscale.VirtualMachines;

/// <summary>The files of one VM: <c>&lt;data&gt;/vms/&lt;id&gt;</c>.</summary>
internal readonly record struct VmFolder(string FolderPath)
{
    public string Spec => FolderPath + "/vm.json";

    public string Disk => FolderPath + "/disk.qcow2";

    public string ConsoleLog => FolderPath + "/console.log";

    /// <summary>While this file stands, the VM is being deleted; a restarted daemon goes on with it.</summary>
    public string Tombstone => FolderPath + "/deleting";
}
