namespace Kcopyd.Core.Snapshots;

/// <summary>The leaves of an exception table, ascending, found through a root and its branches.</summary>
/// <remarks>
/// Invariants: there is always a leaf; leaves cover every old chunk, the first from 0 on; only a leaf that is alone
/// is without records; a branch begins where its first leaf does. Nothing here has an array that ends up among the
/// large objects: a root of ten million records in no order has a hundred branches.
/// </remarks>
internal sealed class ExceptionTree
{
    /// <summary>Most leaves of a branch, so that a new leaf moves few.</summary>
    private const int BranchLimit = 512;

    /// <summary>Least room in a leaf that its neighbour evens out with: less would be used up at once.</summary>
    private const int WorthwhileRoom = ExceptionLeaf.Capacity / 8;

    /// <summary>Two leaves with no more records together become one, which is far from being cut again.</summary>
    private const int MergedCount = ExceptionLeaf.Capacity / 2;

    private readonly SortedSlots<SortedSlots<ExceptionLeaf>> _root = new();

    /// <summary>A tree of one leaf without records.</summary>
    public ExceptionTree()
    {
        var branch = new SortedSlots<ExceptionLeaf>();
        branch.Insert(0, 0, new ExceptionLeaf(0));
        _root.Insert(0, 0, branch);
    }

    /// <summary>The place of the leaf that covers an old chunk.</summary>
    public LeafPlace PlaceOf(long oldChunk)
    {
        var branch = _root.Covering(oldChunk);
        return new LeafPlace(branch, _root[branch].Covering(oldChunk));
    }

    /// <summary>The leaf at a place.</summary>
    public ExceptionLeaf LeafAt(LeafPlace place) => _root[place.Branch][place.Index];

    /// <summary>The leaf after the one at a place; null after the last.</summary>
    public ExceptionLeaf? LeafAfter(LeafPlace place)
    {
        var branch = _root[place.Branch];
        if (place.Index + 1 < branch.Count)
        {
            return branch[place.Index + 1];
        }

        return place.Branch + 1 < _root.Count ? _root[place.Branch + 1][0] : null;
    }

    /// <summary>All leaves.</summary>
    public IEnumerable<ExceptionLeaf> Leaves()
    {
        for (var branch = 0; branch < _root.Count; branch++)
        {
            for (var index = 0; index < _root[branch].Count; index++)
            {
                yield return _root[branch][index];
            }
        }
    }

    /// <summary>Makes room for a record in a full leaf. Which leaf it now belongs to is asked anew.</summary>
    /// <param name="place">The place of the leaf.</param>
    /// <param name="index">Which record of the leaf it would become.</param>
    public void MakeRoom(LeafPlace place, int index)
    {
        var (branch, leaf) = (_root[place.Branch], LeafAt(place));
        var (left, right) = (place.Index - 1, place.Index + 1);
        if (index == leaf.Count)
        {
            // Ascending exceptions leave full leaves behind.
            OpenAfter(place);
        }
        else if (index == 0)
        {
            // Descending ones, too: what the leaf has goes to a new one at once.
            Cut(place, 0);
        }
        else if (left >= 0 && RoomIn(branch[left]) >= WorthwhileRoom)
        {
            leaf.MoveHeadTo(branch[left], RoomIn(branch[left]) / 2);
            branch.SetFirst(place.Index, leaf.First);
        }
        else if (right < branch.Count && RoomIn(branch[right]) >= WorthwhileRoom)
        {
            leaf.MoveTailTo(branch[right], leaf.Count - (RoomIn(branch[right]) / 2));
            branch.SetFirst(right, branch[right].First);
        }
        else
        {
            Cut(place, leaf.Count / 2);
        }
    }

    /// <summary>Gives up a leaf that has become empty, or that has room in a neighbour.</summary>
    public void Shrink(LeafPlace place)
    {
        var (branch, leaf) = (_root[place.Branch], LeafAt(place));
        if (leaf.Count > MergedCount)
        {
            return;
        }

        if (leaf.Count == 0)
        {
            Drop(place);
        }
        else if (place.Index > 0 && branch[place.Index - 1].Count + leaf.Count <= MergedCount)
        {
            leaf.MoveHeadTo(branch[place.Index - 1], leaf.Count);
            Drop(place);
        }
        else if (place.Index + 1 < branch.Count && branch[place.Index + 1].Count + leaf.Count <= MergedCount)
        {
            var right = branch[place.Index + 1];
            right.MoveHeadTo(leaf, right.Count);
            Drop(place with { Index = place.Index + 1 });
        }
    }

    private static int RoomIn(ExceptionLeaf leaf) => ExceptionLeaf.Capacity - leaf.Count;

    /// <summary>Lets the leaf after a full one, if it has room, or else a new one, begin where that one ends.</summary>
    private void OpenAfter(LeafPlace place)
    {
        var (branch, right) = (_root[place.Branch], place.Index + 1);
        if (right < branch.Count && RoomIn(branch[right]) >= WorthwhileRoom)
        {
            LeafAt(place).MoveTailTo(branch[right], ExceptionLeaf.Capacity);
            branch.SetFirst(right, branch[right].First);
            return;
        }

        Cut(place, ExceptionLeaf.Capacity);
    }

    /// <summary>Moves the records of a leaf from an index on into a new leaf after it.</summary>
    private void Cut(LeafPlace place, int from)
    {
        var added = new ExceptionLeaf(ExceptionTable.OldChunkLimit);
        LeafAt(place).MoveTailTo(added, from);
        var (branch, index) = (_root[place.Branch], place.Index + 1);
        if (branch.Count == BranchLimit)
        {
            // A branch that grows at its end stays full.
            var half = index == BranchLimit ? BranchLimit : BranchLimit / 2;
            var tail = branch.SplitOff(half);
            _root.Insert(place.Branch + 1, tail.Count > 0 ? tail.FirstOf(0) : added.First, tail);
            if (index > half || tail.Count == 0)
            {
                (branch, index) = (tail, index - half);
            }
        }

        branch.Insert(index, added.First, added);
    }

    /// <summary>Takes a leaf without records out, unless it is the only one.</summary>
    private void Drop(LeafPlace place)
    {
        var branch = _root[place.Branch];
        if (_root.Count == 1 && branch.Count == 1)
        {
            return;
        }

        branch.RemoveAt(place.Index);
        if (branch.Count == 0)
        {
            _root.RemoveAt(place.Branch);
        }
        else if (place.Index == 0)
        {
            _root.SetFirst(place.Branch, branch.FirstOf(0));
        }

        BeginAtZero();
    }

    private void BeginAtZero()
    {
        var branch = _root[0];
        if (branch[0].First > 0)
        {
            branch[0].Lower(0);
            branch.SetFirst(0, 0);
            _root.SetFirst(0, 0);
        }
    }
}
