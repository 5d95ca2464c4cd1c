using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of why-vm: the sentence, and below it what it rests on.</summary>
internal static class WhyScreen
{
    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        WhyVmResponse[] vms = [.. replies.Select(reply => reply.Read(Replies.Json.WhyVmResponse))];
        return new Screen(new Sheet(Headers: null, []), [.. vms.Select(vm => vm.VmId)])
        {
            Lines = [.. vms.SelectMany(Lines)],
        };
    }

    private static IEnumerable<string> Lines(WhyVmResponse vm)
    {
        var text = new List<string> { TerminalText.Escape(vm.Why) };
        AddPart(text, vm.EarlierEvents is true ? $"What happened last; all of it: {CliRoot.ProgramName} logs-vm {vm.Name ?? vm.VmId} --lines 1000" : "What happened", vm.Events.Select(what => $"{EventText.Moment(what.Time)}  {what.Event,-9}  {EventText.Of(what)}"));
        AddPart(text, "systemd", vm.Unit is { } unit ? [Unit(unit)] : ["it has not loaded the unit: it does not run"]);
        AddPart(text, "Last lines of the journal", vm.Log.Select(line => $"{EventText.Moment(line.Time!.Value)}  {line.Source}: {line.Text}"));
        AddPart(text, "Last lines of the console", vm.Console);
        AddPart(text, "Kept of the crash", vm.Bundle is { } kept ? Bundle(kept) : []);
        return text;
    }

    private static string Unit(WhyVmUnit unit) => string.Create(
        CultureInfo.InvariantCulture,
        $"{unit.Name}: {unit.ActiveState} ({unit.SubState}), result {unit.Result}{End(unit)}, restarts {unit.Restarts}");

    private static string End(WhyVmUnit unit) => unit.ExecMainCode is null ? ""
        : string.Create(
            CultureInfo.InvariantCulture, $", QEMU {unit.ExecMainCode} with {unit.ExecMainStatus}{(unit.OomKilled ? ", out of memory" : "")}");

    private static IEnumerable<string> Bundle(VmCrashBundle kept) =>
        [$"{kept.Folder}: {string.Join(", ", kept.Files)}", .. kept.Missing.Select(missing => $"not there: {missing}")];

    private static void AddPart(List<string> text, string title, IEnumerable<string> lines)
    {
        string[] part = [.. lines.Select(line => "  " + TerminalText.Escape(line))];
        if (part.Length > 0)
        {
            text.Add("");
            text.Add(title);
            text.AddRange(part);
        }
    }
}
