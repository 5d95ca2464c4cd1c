using static Aetherscale.Contract.ErrorCodes;
using static Aetherscale.Contract.NearestWord;

namespace Aetherscale.VirtualMachines;

/// <summary>What to say where no VM has the id or the name: with the one that may be meant, or those that there are.</summary>
internal static class UnknownVm
{
    private const int NamesInAnError = 10;

    public static AetherscaleException Of(VmReference reference, IReadOnlyList<Vm> vms)
    {
        string[] names = [.. vms.Select(vm => vm.DisplayName).Order(StringComparer.Ordinal)];
        return new AetherscaleException(VmNotFound, $"VM \"{reference}\" does not exist{Others(reference.ToString(), names)}");
    }

    private static string Others(string wanted, string[] names)
    {
        if (names.Length == 0)
        {
            return ".";
        }

        if (NearestTo(wanted, names) is { } near)
        {
            return $"; did you mean \"{near}\"?";
        }

        var more = names.Length > NamesInAnError ? $" and {names.Length - NamesInAnError} more" : "";
        return $"; there are: {string.Join(", ", names.Take(NamesInAnError))}{more}.";
    }
}
