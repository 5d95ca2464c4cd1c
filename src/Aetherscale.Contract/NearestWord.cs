namespace Aetherscale.Contract;

/// <summary>Finds the word that may have been meant by one with a slip.</summary>
public static class NearestWord
{
    private const int MaxSlips = 2;

    /// <returns>Null when none is near.</returns>
    public static string? NearestTo(string word, IEnumerable<string> candidates) =>
        candidates.Select(name => (name, distance: Distance(word, name)))
            .Where(near => near.distance <= MaxSlips && near.distance * 2 <= Math.Max(word.Length, near.name.Length))
            .OrderBy(near => near.distance)
            .Select(near => near.name)
            .FirstOrDefault();

    /// <summary>Edits from one word to the other, a swap of neighbours counting as one.</summary>
    public static int Distance(string from, string to)
    {
        var cost = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                cost[i, j] = i == 0 ? j : j == 0 ? i : Math.Min(
                    Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1,
                    cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[from.Length, to.Length];
    }
}
