namespace Aetherscale.Cli.Ssh;

/// <summary>As whom one logs in: distributions' cloud images have a user of their own, and let root in by no means.</summary>
internal static class GuestUser
{
    private static readonly string[] s_distributions = ["debian", "ubuntu", "fedora", "alpine", "rocky", "almalinux", "arch", "opensuse"];

    /// <param name="image">The image's name, such as <c>debian-12</c>; null when nobody knows.</param>
    public static string Of(string? image) =>
        s_distributions.FirstOrDefault(name => image?.StartsWith(name, StringComparison.OrdinalIgnoreCase) == true) ?? "root";
}
